/** A flag that is not a question. */
export interface Flag {
  flag: string;
  short?: string;
  /** What its value is called; undefined: it takes none. */
  value?: string;
  /** May be given more than once. */
  many?: boolean;
  help: string;
  /** The commands that take it; undefined: all. */
  of?: readonly string[];
}

const CHANGES = ['phase', 'update', 'add', 'swap', 'remove'];

/** Every flag that no block may ask a question by. */
export const COMMON_FLAGS: readonly Flag[] = [
  { flag: 'with', value: 'A,B', help: 'blocks to add now', of: ['new'] },
  { flag: 'without', value: 'A,B', help: 'blocks to leave out', of: ['new'] },
  {
    flag: 'answers',
    value: 'FILE',
    help: 'answers as YAML or JSON; "-" reads standard input',
    of: ['new', ...CHANGES],
  },
  {
    flag: 'blocks',
    value: 'DIR',
    many: true,
    help: 'a folder with blocks/ or modalities/ of your own',
  },
  {
    flag: 'restore',
    value: 'PATH',
    many: true,
    help: 'a file you deleted that is to come back',
    of: CHANGES,
  },
  { flag: 'adopt', help: 'leave as it is what lies where a new file belongs', of: CHANGES },
  { flag: 'backup', help: 'move it to PATH.backup instead', of: CHANGES },
  {
    flag: 'yes',
    short: 'y',
    help: 'take the default of every question not answered',
    of: ['new', ...CHANGES],
  },
  { flag: 'dry-run', help: 'show what would be written; write nothing', of: ['new', ...CHANGES] },
  { flag: 'json', help: 'one JSON document on standard output' },
  { flag: 'skip-install', help: 'do not run uv', of: ['new', ...CHANGES] },
  { flag: 'skip-git', help: 'do not make a git repository', of: ['new'] },
];

/** The flags of one command. */
export function flagsOf(command: string): Flag[] {
  return COMMON_FLAGS.filter((one) => one.of?.includes(command) ?? true);
}

/** Flags that Yeoman takes for itself, and those of every page of help. */
const TAKEN =
  'help version env namespace resolved force ask-answered force-install skip-cache'.split(' ');

/** Whether a flag means something already. */
export function isTaken(flag: string): boolean {
  return TAKEN.includes(flag) || COMMON_FLAGS.some((one) => one.flag === flag);
}
