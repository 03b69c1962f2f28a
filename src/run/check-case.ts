import type { CaseFile } from '../case/contract.js'

/**
 * Checks a case without a run, as an editor of cases wants it: what `case` of `investigate` takes.
 *
 * @throws {ERR_CASE_INVALID} listing everything that is wrong, one a line.
 */
export async function checkCase(object: unknown): Promise<CaseFile> {
  const { checkCase: check } = await import('../case/check.js')
  return check(object, null)
}
