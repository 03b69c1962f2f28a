/** Exit statuses of all commands. */
export const EXIT = {
  done: 0,
  /** Failed while running; with --strict, also any fault in the evidence. */
  failed: 1,
  /** Wrong command, option, case file or named path. Nothing was started. */
  misuse: 2,
  /** Findings at or above --fail-on. */
  findings: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const
