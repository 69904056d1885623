import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const CRATES = fileURLToPath(new URL('../../crates/', import.meta.url))
const REASONS = fileURLToPath(new URL('../src/lib/reason.ts', import.meta.url))

/** Everything that the programs are made of, without the breaks of lines in long texts. */
function rust() {
  const files = readdirSync(CRATES, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /^[\w-]+\/src\/.*\.rs$/.test(file))
  return sources.map((file) => readFileSync(CRATES + file, 'utf8').replaceAll(/\\\n\s*/g, '')).join('\n')
}

test('every reason that is put into words is one that the engine gives', () => {
  const table = /REASONS[^{]*\{(.*?)\n\}/s.exec(readFileSync(REASONS, 'utf8'))?.[1] ?? ''
  const keys = [...table.matchAll(/^ {2}(?:'([^']+)'|(\w+)):/gm)].map((found) => found[1] ?? found[2] ?? '')
  expect(keys.length).toBeGreaterThan(40)
  const source = rust()
  const role = /it takes the role \w+ or higher/
  const unknown = keys.filter((key) => !role.test(key) && !source.includes(`"${key}"`))
  expect(unknown).toEqual([])
})
