import { type Command, defineCommand } from '../../cli/command.ts';
import { EXIT } from '../../cli/exit-code.ts';
import { type FlagKey, WRITING_FLAGS } from '../../cli/flags.ts';
import type { Change } from './change.ts';
import { formatChange } from './change-format.ts';
import type { DescribeUnchanged, MakeUpgradeRequest } from './upgrade-request.ts';

/** What makes one command that upgrades a repository different from the others. */
interface UpgradeCommand extends Pick<Command, 'name' | 'summary' | 'arguments'> {
  makeUpgradeRequest: MakeUpgradeRequest;
  /** What to say to a user whose repository has what is asked for. */
  describeUnchanged?: DescribeUnchanged;
  /** Flags that only this command has. */
  flags?: readonly FlagKey[];
}

/** A command that changes an existing repository: same flags, same way, same result. */
export function defineUpgradeCommand(command: UpgradeCommand): Command {
  const { name, summary, makeUpgradeRequest, describeUnchanged } = command;
  return defineCommand<Change>({
    name,
    summary,
    arguments: command.arguments,
    flags: [...(command.flags ?? []), ...WRITING_FLAGS, 'restore', 'adopt', 'backup'],
    asks: ({ key }) => key !== 'phase' && key !== 'modality',
    otherwise: 'as saved',
    run: async (request, ui) => {
      const { upgradeRepository } = await import('../repository/work.ts');
      return upgradeRepository({ name, makeUpgradeRequest, describeUnchanged }, request, ui);
    },
    format: formatChange,
    exitCode: ({ conflicts, dryRun }) =>
      conflicts.length > 0 && !dryRun ? EXIT.conflicts : EXIT.done,
  });
}
