import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A configuration file of a server, for as long as it is used: the arguments with which a server reads it. */
export async function configured(
  toml: string,
  use: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'beseda-config-'))
  const config = join(folder, 'beseda.toml')
  writeFileSync(config, toml)
  await use(['--config', config])
  rmSync(folder, { recursive: true })
}
