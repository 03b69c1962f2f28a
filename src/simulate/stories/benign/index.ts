import type { Story } from '../../contract.js'
import { brokenDeploy, loadTest } from './operations.js'
import { forgotten, resetRush } from './people.js'
import { photoTiles, searchCrawl, syncClient } from './readers.js'
import { backup, partnerFeed } from './schedules.js'

/** A week in which nothing happens and much looks like it. */
export const benign: Story = {
  id: 'benign',
  title: 'a week without an attack, full of what looks like one: rushes, backups, feeds, crawls, a load test',
  days: 7,
  tell: (scene) => ({
    threads: [
      resetRush(scene),
      ...forgotten(scene),
      syncClient(scene),
      ...photoTiles(scene),
      searchCrawl(scene),
      backup(scene),
      partnerFeed(scene),
      loadTest(scene),
      ...brokenDeploy(scene),
    ],
  }),
}
