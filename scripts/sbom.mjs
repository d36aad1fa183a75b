// `npm run sbom`: writes what Lamplight ships, by name and version, as CycloneDX (npm's own list, of what is installed).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

const result = spawnSync(
  'npm',
  ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--omit=dev'],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
);
if (result.status !== 0) {
  process.stderr.write(result.stderr);
  process.exit(result.status ?? 1);
}
const path = process.argv[2] ?? 'sbom.cdx.json';
writeFileSync(path, result.stdout);
console.log(`${path}: ${JSON.parse(result.stdout).components.length} components`);
