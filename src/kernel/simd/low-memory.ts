/**
 * What lies in the first 64 KiB of the arena, which no region takes. This file is read by both compilers: TypeScript, whose
 * code writes it, and AssemblyScript, whose code reads it. So it holds numbers alone.
 *
 *     0     1024      2048        4096           20480         53248
 *     |  -  |  table  |  methods  |  cleared     |  steps      |
 */

/** 32-bit words by number: addresses of columns, and what else is the same for all lines of a block. */
export const TABLE_AT = 1024
/** METHODS by number, each in sixteen bytes filled up with zeros. */
export const METHODS_AT = 2048
/** Addresses of length columns that are set to -1 before a line is read. */
export const CLEARED_AT = 4096
export const MAX_CLEARED = 4096
export const STEPS_AT = 20480
export const MAX_STEPS = 512

// ---- words of the table

// Addresses: of the block's text and the columns of its lines, in the order of block-scanner.ts.
export const TEXT = 0
export const FROM_START = 1
export const FROM_END = 2
export const FROM_OFFSET = 3
export const FROM_LENGTH = 4
export const FROM_NUMBER = 5
export const FROM_KIND = 6
// Those of the columns of the batch, in the same order as there.
export const FIRST_OF_ROWS = 7
export const LINE_START = 7
export const LINE_END = 8
export const PLACE_OFFSET = 9
export const PLACE_LENGTH = 10
export const LINE_NUMBER = 11
export const FLAGS = 12
export const TIME = 13
export const DURATION = 14
export const BYTES_SENT = 15
export const STATUS = 16
export const METHOD = 17
export const PATH_START = 18
export const PATH_LENGTH = 19
export const CLIENT_START = 20
export const CLIENT_LENGTH = 21
export const AGENT_START = 22
export const AGENT_LENGTH = 23
export const TARGET_START = 24
export const TARGET_LENGTH = 25
export const PROTOCOL_START = 26
export const PROTOCOL_LENGTH = 27
export const REQUEST_LENGTH = 28
export const METHOD_LENGTH = 29
export const CLIENT_KEY = 30
export const AGENT_KEY = 31
export const PATH_KEY = 32
// Numbers.
export const HAS_SEED = 33
export const SEED_A = 34
export const SEED_B = 35
export const METHOD_COUNT = 36
export const CLEARED_COUNT = 37
export const STEP_COUNT = 38
/** 1 where a backslash stands for itself or is JSON's: a line that has one is for TypeScript. */
export const NO_BACKSLASH = 39
/** Most double quotes that a line may have; -1 for any number. */
export const MOST_QUOTES = 40
export const TABLE_WORDS = 41

// ---- a step: places of its members from its start

export const STEP_BYTES = 64
/** A KIND_ constant, one byte; so are the next three. */
export const STEP_KIND = 0
export const STEP_STOP = 1
export const STEP_OP = 2
/** FLAG_ bits. */
export const STEP_FLAGS = 3
/** 16 bits: bytes of `until` that stand in this step, at most sixteen, and those in all. */
export const STEP_LENGTH = 4
export const STEP_WHOLE = 6
/** Addresses of a text's two columns. */
export const STEP_START_COLUMN = 8
export const STEP_LENGTH_COLUMN = 12
/** Sixteen bytes, zeros behind its end, and as many that are 255 where it has a byte. */
export const STEP_UNTIL = 16
export const STEP_MASK = 32
/** Doubles: what a number is multiplied with, and then divided by. */
export const STEP_FACTOR = 48
export const STEP_DIVISOR = 56

/** The field's end is found by STEP_STOP, and its text read by STEP_OP. */
export const KIND_ANY = 0
export const KIND_QUOTED_TEXT = 1
export const KIND_CLIENT = 2
export const KIND_TEXT = 3
export const KIND_CLF_TIME = 4
export const KIND_REQUEST = 5
export const KIND_STATUS = 6
export const KIND_BYTES = 7
/** No field: a text that stands here. */
export const KIND_LITERAL = 8

export const STOP_BYTE = 0
export const STOP_TEXT = 1
export const STOP_QUOTE = 2
export const STOP_END = 3
export const STOP_WORD = 4

export const OP_TEXT = 0
export const OP_SKIP = 1
export const OP_METHOD = 2
export const OP_TARGET = 3
export const OP_STATUS = 4
export const OP_BYTES = 5
export const OP_DURATION = 6
export const OP_ISO_TIME = 7
export const OP_EPOCH_TIME = 8
export const OP_REQUEST = 9

export const FLAG_CLIENT = 1
export const FLAG_LIST = 2
export const FLAG_UPSTREAM = 4
/** An empty text is none. */
export const FLAG_NO_EMPTY = 16
/** A comma at its end says that it is an address of a list. */
export const FLAG_NO_COMMA = 8
