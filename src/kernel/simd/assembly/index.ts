export { scan } from './layout'
export { cut, cutEnd } from './lines'
export { scanMembers } from './members'
