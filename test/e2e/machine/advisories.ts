// A list of known vulnerabilities on loopback, in the format of OSV: the real one is out of reach here, and changes
// from day to day.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Machine } from './machine.ts';

export interface Advisories {
  /** Leads pip-audit to the list. */
  env: NodeJS.ProcessEnv;
  /** From now on this package has a weakness; without a name none has. */
  accuse(name?: string): void;
}

/** One of its own for each step: what one plants, no other finds. */
export async function openAdvisories({ env }: Machine): Promise<Advisories> {
  let accused: string | undefined;
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const { package: asked } = JSON.parse(body || '{}') as { package?: { name: string } };
    const found = asked?.name === accused ? { vulns: [weakness(asked?.name)] } : {};
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found));
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      ...env,
      PIP_AUDIT_VULNERABILITY_SERVICE: 'osv',
      PIP_AUDIT_OSV_URL: `http://127.0.0.1:${port}/v1/query`,
    },
    accuse: (name) => {
      accused = name;
    },
  };
}

function weakness(name = '') {
  const affected = [{ package: { name, ecosystem: 'PyPI' }, ranges: [] }];
  return { id: 'TEST-2026-1', modified: '2026-01-01T00:00:00Z', summary: 'Planted.', affected };
}
