import { removeBlocks } from '../engine/selection.ts';
import { defineUpgradeCommand } from './upgrade/upgrade-command.ts';
import { changeSelection } from './upgrade/upgrade-request.ts';

export default defineUpgradeCommand({
  name: 'remove',
  summary: 'Removes blocks that no other block requires.',
  arguments: 'BLOCK…',
  makeUpgradeRequest: ({ args }, saved, catalog) =>
    changeSelection(removeBlocks(saved, args, catalog), saved, {
      label: 'remove',
      subject: () => `Remove ${args.join(', ')}`,
    }),
});
