import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Folders that belong to a workspace of uv, as patterns. */
interface Workspace {
  members?: unknown;
  exclude?: unknown;
}

/**
 * The workspace of uv that a project is a member of, up to the top of its repository; undefined for a project of its own. The
 * nearest declaration decides, as for uv.
 */
export async function findWorkspace(project: string, top: string): Promise<string | undefined> {
  if (await readWorkspace(project)) return undefined;
  for (let folder = project; folder !== top; ) {
    const above = dirname(folder);
    if (above === folder) return undefined;
    folder = above;
    const workspace = await readWorkspace(folder);
    if (!workspace) continue;
    const path = relative(folder, project).replaceAll('\\', '/');
    return matches(workspace.members, path) && !matches(workspace.exclude, path)
      ? folder
      : undefined;
  }
  return undefined;
}

/** What a folder's pyproject.toml says of a workspace; nothing where it cannot be read. */
async function readWorkspace(folder: string): Promise<Workspace | undefined> {
  const file = join(folder, 'pyproject.toml');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  if (!text.includes('workspace')) return undefined;
  const { parse } = await import('smol-toml');
  try {
    return (parse(text) as { tool?: { uv?: { workspace?: Workspace } } }).tool?.uv?.workspace;
  } catch {
    return undefined;
  }
}

function matches(patterns: unknown, path: string): boolean {
  return Array.isArray(patterns) && patterns.some((one) => toExpression(String(one)).test(path));
}

/** `packages/*` as a regular expression of a whole path. */
function toExpression(pattern: string): RegExp {
  const plain = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  const parts = plain.match(/\*\*\/?|\*|\?|\[!?[^\]]+\]|./gs) ?? [];
  const source = parts.map((part) => {
    if (part.startsWith('**')) return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1) return part.replace(/^\[!/, '[^');
    return part.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
  });
  try {
    return new RegExp(`^${source.join('')}$`);
  } catch {
    return /^$/;
  }
}
