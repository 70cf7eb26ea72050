import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Bill of materials',
  needs: 'A synced clone, and the CycloneDX schema from the Python index.',
  proves:
    'The bill of materials is valid CycloneDX, names what training needs and no tool of developers.',
  from: 2,
  scope: 'tooling',
  requires: ['sync'],
  run: writeBill,
};

/** With rfc3987 next to it: the default check of addresses takes minutes. */
const VALIDATOR = ['cyclonedx-python-lib[json-validation]==11.12.0', 'rfc3987==1.3.8'];

const VALIDATE = `import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(open(sys.argv[1], encoding="utf-8").read())
sys.exit(error and repr(error))
`;

/** Valid by CycloneDX's own strict schema, and it names what training needs and no developer's tool. */
async function writeBill(workspace: Workspace): Promise<string> {
  await workspace.shell('uv run poe sbom');
  const path = join(workspace.clone, 'reports', 'sbom.json');
  const packages = VALIDATOR.flatMap((requirement) => ['--with', requirement]);
  const tool = ['run', '--quiet', '--no-project', ...packages, 'python', '-c', VALIDATE];
  await workspace.run(workspace.machine.uv, [...tool, path]);
  const { components } = JSON.parse(await readFile(path, 'utf8')) as {
    components: { name: string }[];
  };
  const names = components.map(({ name }) => name);
  if (!names.includes('numpy')) throw new Failure('the bill of materials lacks "numpy"');
  if (names.includes('pytest')) throw new Failure('the bill of materials names "pytest"');
  return `${names.length} packages`;
}
