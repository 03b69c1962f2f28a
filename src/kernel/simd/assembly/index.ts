export { scan } from './layout'
export { cut, cutEnd } from './lines'
