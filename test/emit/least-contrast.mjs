/* global document, getComputedStyle */
/** The least contrast of any text on what lies behind it. Runs in the page. */
/** @returns {{ ratio: number, text: string }} */
export function leastContrast() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data]
  }
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
  const ground = (node) => {
    for (let at = node; at !== null; at = at.parentElement) {
      const color = getComputedStyle(at).backgroundColor
      if (rgb(color)[3] === 255) return color
    }
    return 'white'
  }
  let worst = { ratio: 21, text: '' }
  for (const node of document.querySelectorAll('header *, main *')) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== '')
    if (!own || node.offsetParent === null || node.disabled) continue
    const [text, behind] = [luminance(rgb(getComputedStyle(node).color)), luminance(rgb(ground(node)))]
    const ratio = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05)
    if (ratio < worst.ratio) worst = { ratio, text: `${node.className} ${node.textContent.slice(0, 40)}` }
  }
  return worst
}
