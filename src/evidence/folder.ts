import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder holds. Paths start with the folder's own and are in no order. */
export interface FolderListing {
  /** Regular files, pipes, sockets, devices and links, whatever they lead to. */
  readonly paths: readonly string[]
  /** Folders below the first one that could not be listed. */
  readonly unlisted: readonly { readonly name: string; readonly reason: string }[]
}

/**
 * Lists a folder and all below it. Names that begin with a dot are left out, files and folders alike.
 *
 * A link is listed and never entered, so that a link cannot lead in a circle or out of what was handed in.
 *
 * @throws the system's error where the first folder itself cannot be listed.
 */
export async function listFolder(folder: string): Promise<FolderListing> {
  const paths: string[] = []
  const unlisted: { name: string; reason: string }[] = []
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of await entriesOf(next, next === folder, unlisted)) {
      if (entry.name.startsWith('.')) continue
      const path = join(next, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else paths.push(path)
    }
  }
  return { paths, unlisted }
}

async function entriesOf(
  folder: string,
  first: boolean,
  unlisted: { name: string; reason: string }[],
): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (first) throw error
    unlisted.push({
      name: folder,
      reason: `the folder cannot be listed (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    })
    return []
  }
}
