import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAdvisories } from '../machine/advisories.ts';
import { Failure, type Step, type Workspace } from '../step.ts';

export const step: Step = {
  title: 'Scans find what is planted',
  needs: 'A synced clone, and the scanners from the Python index.',
  proves: 'poe scan finds nothing in a new repository, and each planted weakness is found.',
  from: 2,
  scope: 'tooling',
  requires: ['sync'],
  run: scan,
};

/** Every scan is clean as written (the workflows run them), and no longer so with something in it. */
async function scan(workspace: Workspace): Promise<string> {
  const advisories = await openAdvisories(workspace.machine);
  const { env } = advisories;
  await workspace.shell('uv run poe scan', { env });
  advisories.accuse('numpy');
  await expectFinding(workspace, 'dependencies', /TEST-2026-1/, env);
  advisories.accuse();
  for (const { what, file, text, says } of PLANTED) await plant(workspace, what, file, text, says);
  await workspace.shell('uv run poe scan', { env });
  return `${PLANTED.length + 1} planted`;
}

const PLANTED = [
  {
    what: 'secrets',
    file: 'leaked.txt',
    // In two parts, or this file would be one.
    text: `AWS_ACCESS_KEY_ID=AKIA${'Z7QVN4KJ2LSD5TXR'}\nAWS_SECRET_ACCESS_KEY=q8Zx1nV0pLk3Rt7Yw2Ub6Ms9Jd4Hf5Gc8Ae1Xo0B\n`,
    says: /leaked\.txt/,
  },
  {
    what: 'code',
    file: 'src/leaked.py',
    text: 'import pickle\n\npickle.loads(b"")\n',
    says: /leaked\.py/,
  },
  {
    what: 'images',
    file: 'second.Dockerfile',
    text: 'FROM debian:latest\nRUN apt-get install curl\n',
    says: /DL3007/,
  },
  {
    what: 'workflows',
    file: '.github/workflows/leaked.yml',
    text: 'on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n',
    says: /unpinned-uses/,
  },
  {
    what: 'infrastructure',
    file: 'infra/leaked.tf',
    text: 'resource "aws_s3_bucket" "leaked" {\n  bucket = "leaked"\n}\n',
    says: /CKV/,
  },
] as const;

async function plant(workspace: Workspace, what: string, file: string, text: string, says: RegExp) {
  const path = join(workspace.clone, file);
  await writeFile(path, text);
  try {
    await expectFinding(workspace, what, says, workspace.machine.env);
  } finally {
    await workspace.run('git', ['clean', '--quiet', '--force', '--', file]);
  }
}

async function expectFinding(
  workspace: Workspace,
  what: string,
  says: RegExp,
  env: NodeJS.ProcessEnv,
) {
  const line = `uv run poe scan ${what}`;
  const { code, output } = await workspace.shell(line, { env, mayFail: true });
  if (code !== 1 || !says.test(output)) {
    throw new Failure(`"${line}" ended in ${code} and did not say ${says}:\n${output}`);
  }
}
