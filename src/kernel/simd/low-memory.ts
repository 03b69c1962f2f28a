/**
 * What lies in the first 64 KiB of the arena, which no region takes. This file is read by both compilers: TypeScript, whose
 * code writes it, and AssemblyScript, whose code reads it. So it holds numbers alone.
 *
 *     0     1024      2048        4096           20480         53248    65536
 *     |  -  |  table  |  methods  |  cleared     |  steps      |   -    |
 *                                                |  field map        |
 *
 * One program is there at a time: the steps of a layout, or a field map of JSON lines.
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
/** Of a field map: how many places of its index there are, less one; bits of the members that a line needs; its root. */
export const INDEX_MASK = 41
export const ALL_NEEDS = 42
export const ROOT = 43
/** Lines that were read since the map was put there. */
export const LINE_STAMP = 44
export const TABLE_WORDS = 45

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

// ---- a field map: an index of its members, the members, their names; see encode-map.ts

/** Where the steps of a layout are, too. */
export const INDEX_AT = 20480
export const MAP_END = 65536
/** Rank of what filled each column of the row at hand; ABSENT_RANK for nothing. */
export const RANKS_AT = 512
/** A multiple of sixteen. */
export const MAX_RANKS = 128
export const ABSENT_RANK = 127

// ---- a member, or one more meaning of it: places from its start. Those of columns and numbers are as in a step.

export const MEMBER_BYTES = 64
/** A VALUE_ constant, one byte; so are the next three. */
export const MEMBER_VALUE = 0
/** MEMBER_HAS_ bits. */
export const MEMBER_FLAGS = 1
export const MEMBER_RANK = 2
/** Number of its column among the ranks. */
export const MEMBER_COLUMN = 3
/** Bits of the needs that its presence meets. */
export const MEMBER_NEEDS = 4
export const MEMBER_START_COLUMN = 8
export const MEMBER_LENGTH_COLUMN = 12
/** LINE_STAMP of the line that had it last. */
export const MEMBER_LINE = 16
/** Addresses: of the member that came behind this one last, and of the first one in it; 0 for none yet. */
export const MEMBER_NEXT = 20
export const MEMBER_FIRST = 24
/** Of its name, with the quotes and the colon, as `"name":`; and how long that is. */
export const MEMBER_KEY = 28
export const MEMBER_KEY_LENGTH = 32
/** Address of the member that it stands in. */
export const MEMBER_PARENT = 36
/** Address of what else it stands for, and of the first element of it as an array; 0 for none. */
export const MEMBER_ALSO = 40
export const MEMBER_ELEMENT = 44
export const MEMBER_FACTOR = 48
export const MEMBER_DIVISOR = 56

export const MEMBER_HAS_CHILDREN = 1
/** As an array it is for TypeScript. */
export const MEMBER_HAS_LIST = 2

/** It has no meaning. */
export const VALUE_NONE = 0
/** Its meaning fills no column. */
export const VALUE_DROPPED = 1
export const VALUE_TEXT = 2
export const VALUE_ADDRESS = 3
export const VALUE_REQUEST = 4
export const VALUE_METHOD = 5
export const VALUE_TARGET = 6
export const VALUE_QUERY = 7
export const VALUE_STATUS = 8
export const VALUE_BYTES = 9
export const VALUE_DURATION = 10
/** Seconds where there is a point, else milliseconds. */
export const VALUE_PLAIN_DURATION = 11
export const VALUE_CLF_TIME = 12
export const VALUE_ISO_TIME = 13
export const VALUE_EPOCH_TIME = 14
export const VALUE_ANY_TIME = 15
/** For TypeScript. */
export const VALUE_OTHER = 16
