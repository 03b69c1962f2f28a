/** What a name says of a file's place in a rotation series. */
export interface RotationName {
  /** Folder and name without number, date and compression: the same for all files of a series. */
  readonly series: string
  /** Number in the series; null for none. */
  readonly number: number | null
  /** Date in the name, epoch milliseconds as if UTC; null for none. */
  readonly date: number | null
}

const COMPRESSIONS = /\.(?:gz|bz2|zst|zstd|xz|Z|lz4|zip)$/i
/** Folders by date, as S3 and load balancers have them: `2021/08/14/`. */
const DATE_FOLDERS = /(?:^|\/)(?:19|20)\d\d\/[01]\d\/[0-3]\d(?=\/)/g

/**
 * A date, and perhaps a time, with the separator before it.
 *
 *     -20210814   .2021-08-14   _2021-08-14-03   _20210814T2355Z   -2021-08-14_03_00
 */
const DATE =
  /(?:^|[-_.@])((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?:[-_.T]?([01]\d|2[0-3])(?:[-_:.]?([0-5]\d))?(?:[-_:.]?([0-5]\d))?Z?)?(?!\d)/
/** IIS: `u_ex210814.log`, `u_ex21081413.log`; in older ones `ex`, `nc`, `in`. */
const SHORT_DATE = /^(u_ex|ex|nc|in)(\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])([01]\d|2[0-3])?(?=[._])/i
/** Seconds since the epoch, as Apache's rotatelogs writes by itself. */
const EPOCH = /[-_.](1\d{9})(?!\d)/
/** What makes a name of an object store unlike all others: behind the date, nothing else tells of it. */
const UNIQUE = /(?:[-_.][0-9A-Fa-f]{16}|[-_.][A-Za-z0-9]{8,12})(?=(?:\.log|\.txt)?$)/
/** `access.log.3`, `access.log-3`; or before the last part, `access.3.log`; not the last part of an address or a version. */
const LAST_NUMBER = /(?<!\d)[.-](\d{1,4})$/
const INNER_NUMBER = /(?<!\d)\.(\d{1,4})(?=\.(?:log|txt|json|out)$)/

/** Reads the name of a file, or of a member of an archive with the archive's name before it. */
export function rotationNameOf(name: string): RotationName {
  const path = name.replaceAll('\\', '/').replace(DATE_FOLDERS, '')
  const fileAt = path.lastIndexOf('/') + 1
  const folder = path.slice(0, fileAt)
  let file = path.slice(fileAt)
  while (COMPRESSIONS.test(file)) file = file.replace(COMPRESSIONS, '')
  const dated = withoutDate(file)
  const numbered = withoutNumber(dated.rest)
  return { series: folder + numbered.rest, number: numbered.number, date: dated.date }
}

function withoutDate(file: string): { readonly rest: string; readonly date: number | null } {
  const short = SHORT_DATE.exec(file)
  if (short !== null) {
    const [written, prefix, year, month, day, hour = '0'] = short
    const date = Date.UTC(2000 + Number(year), Number(month) - 1, Number(day), Number(hour))
    return { rest: prefix + file.slice(written.length), date }
  }
  const long = DATE.exec(file)
  if (long !== null) {
    const [written, year, , month, day, hour = '0', minute = '0', second = '0'] = long
    const date = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    )
    const before = file.slice(0, long.index)
    const behind = file.slice(long.index + written.length)
    return { rest: before + (long[5] === undefined ? behind : behind.replace(UNIQUE, '')), date }
  }
  const epoch = EPOCH.exec(file)
  if (epoch === null) return { rest: file, date: null }
  const rest = file.slice(0, epoch.index) + file.slice(epoch.index + epoch[0].length)
  return { rest, date: 1000 * Number(epoch[1]) }
}

function withoutNumber(file: string): { readonly rest: string; readonly number: number | null } {
  const found = LAST_NUMBER.exec(file) ?? INNER_NUMBER.exec(file)
  if (found === null || found.index === 0) return { rest: file, number: null }
  const rest = file.slice(0, found.index) + file.slice(found.index + found[0].length)
  return { rest, number: Number(found[1]) }
}
