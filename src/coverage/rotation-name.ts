/** What a name says of a file's place in a rotation series. */
export interface RotationName {
  /** Folder and name without number, date and compression: the same for all files of a series. */
  readonly series: string
  /** Number in the series; null for none. */
  readonly number: number | null
  /** Date in the name of the file itself, epoch milliseconds as if UTC; null for none. */
  readonly date: number | null
  /** The same of its folders, or of the archive that it is in: the last date there. */
  readonly folderDate: number | null
}

const COMPRESSIONS = /\.(?:gz|bz2|zst|zstd|xz|Z|lz4|zip)$/i
/** Folders by date, as S3 and load balancers have them: `2021/08/14/`. */
const DATE_FOLDERS = /(?:^|\/)((?:19|20)\d\d)\/(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])(?=\/)/g
/** A date in the name of a folder or an archive: `2021-08-14/`, `backup-20210814.tar.gz!/`. */
const FOLDER_DATE = /(?<=^|[-_.@/])((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)/g

/**
 * A date, and perhaps a time, with the separator before it.
 *
 *     -20210814   .2021-08-14   _2021-08-14-03   _20210814T2355Z   -2021-08-14_03_00   -2021-08-14T03-00-17.941
 */
const DATE =
  /(?:^|[-_.@])((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[-_.T]?([01]\d|2[0-3])(?:[-_:.]?([0-5]\d))?(?:[-_:.]?([0-5]\d)(?:[.,]\d{3,9})?)?Z?)?(?!\d)/
/** The month alone, of files that are made once a month: `-2021-08`, `.202108`. */
const MONTH = /[-_.]((?:19|20)\d\d)[-_.]?(0[1-9]|1[0-2])(?=\.|$)/
/** The day first, or the month: which one it is does not matter to the series, and is not known. */
const DAY_FIRST = /[-_.](?:0[1-9]|[12]\d|3[01])([-_.])(?:0[1-9]|[12]\d|3[01])\1(?:19|20)\d\d(?!\d)/
const NAMED_MONTH =
  /[-_.](0[1-9]|[12]\d|3[01])[-_.]?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[-_.]?((?:19|20)\d\d)(?!\d)/i
/** A week of files that is written over: `access.log.Fri`. */
const WEEKDAY = /[-_.](?:mon|tue|wed|thu|fri|sat|sun)(?=\.|$)/i
/** IIS: `u_ex210814.log`, `u_ex21081413.log`; in older ones `ex`, `nc`, `in`. */
const SHORT_DATE = /^(u_ex|ex|nc|in)(\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])?(?=[._])/i
/** Seconds since the epoch, as Apache's rotatelogs writes by itself. */
const EPOCH = /[-_.](1\d{9})(?!\d)/
/** What makes a name of an object store unlike all others: behind the date, nothing else tells of it. */
const UNIQUE = /(?:[-_.][0-9A-Fa-f]{16}|[-_.][A-Za-z0-9]{8,12})(?=(?:\.log|\.txt)?$)/
/** `access.log.3`, `access.log-3`; or before the last part, `access.3.log`; not the last part of an address or a version, nor a port. */
const LAST_NUMBER = /(?<!\d)[._-](\d{1,3})$/
const INNER_NUMBER = /(?<!\d)[._-](\d{1,3})(?=\.(?:log|txt|json|out)$)/

/** Reads the name of a file, or of a member of an archive with the archive's name before it. */
export function rotationNameOf(name: string): RotationName {
  const path = name.replaceAll('\\', '/')
  const fileAt = path.lastIndexOf('/') + 1
  const folder = withoutFolderDates(path.slice(0, fileAt))
  let file = path.slice(fileAt)
  while (COMPRESSIONS.test(file)) file = file.replace(COMPRESSIONS, '')
  const dated = withoutDate(file)
  const numbered = withoutNumber(dated.rest)
  return {
    series: folder.rest + numbered.rest,
    number: numbered.number,
    date: dated.date,
    folderDate: folder.date,
  }
}

interface Dated {
  readonly rest: string
  readonly date: number | null
}

function withoutFolderDates(folder: string): Dated {
  let date: number | null = null
  const take = (year: string, month: string, day: string) => {
    date = Date.UTC(Number(year), Number(month) - 1, Number(day))
    return ''
  }
  const rest = folder
    .replace(DATE_FOLDERS, (_, year, month, day) => take(year, month, day))
    .replace(FOLDER_DATE, (_, year, _between, month, day) => take(year, month, day))
  return { rest, date }
}

/** What a name says of its time, tried in this order: what says more comes first. */
function withoutDate(file: string): Dated {
  return (
    shortDate(file) ??
    longDate(file) ??
    namedMonth(file) ??
    epochDate(file) ??
    cyclic(file) ??
    month(file) ?? { rest: file, date: null }
  )
}

function shortDate(file: string): Dated | null {
  const found = SHORT_DATE.exec(file)
  if (found === null) return null
  const [written, prefix, year, month, day, hour = '0'] = found
  const date = Date.UTC(2000 + Number(year), Number(month) - 1, Number(day), Number(hour))
  return { rest: prefix + file.slice(written.length), date }
}

function longDate(file: string): Dated | null {
  const found = DATE.exec(file)
  if (found === null) return null
  const [year, month, day, hour, minute, second] = [1, 3, 4, 5, 6, 7].map((part) => Number(found[part] ?? 0))
  const date = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!)
  const before = file.slice(0, found.index)
  const behind = file.slice(found.index + found[0].length)
  // logrotate's `-%Y%m%d-%s`: the second says no more than the date
  const rest = before + (found[5] === undefined ? behind.replace(EPOCH, '') : behind.replace(UNIQUE, ''))
  return { rest, date }
}

function namedMonth(file: string): Dated | null {
  const found = NAMED_MONTH.exec(file)
  if (found === null) return null
  const [written, day, name, year] = found
  const month = MONTHS.indexOf(name!.toLowerCase())
  return { rest: file.replace(written, ''), date: Date.UTC(Number(year), month, Number(day)) }
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

function epochDate(file: string): Dated | null {
  const found = EPOCH.exec(file)
  return found === null ? null : { rest: file.replace(found[0], ''), date: 1000 * Number(found[1]) }
}

/** Names that tell files of a series apart, and not their time. */
function cyclic(file: string): Dated | null {
  const found = DAY_FIRST.exec(file) ?? WEEKDAY.exec(file)
  return found === null || found.index === 0 ? null : { rest: file.replace(found[0], ''), date: null }
}

function month(file: string): Dated | null {
  const found = MONTH.exec(file)
  if (found === null) return null
  return { rest: file.replace(found[0], ''), date: Date.UTC(Number(found[1]), Number(found[2]) - 1) }
}

function withoutNumber(file: string): { readonly rest: string; readonly number: number | null } {
  const found = LAST_NUMBER.exec(file) ?? INNER_NUMBER.exec(file)
  if (found === null || found.index === 0) return { rest: file, number: null }
  const rest = file.slice(0, found.index) + file.slice(found.index + found[0].length)
  return { rest, number: Number(found[1]) }
}
