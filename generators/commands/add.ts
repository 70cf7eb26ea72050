import { addBlocks } from '../engine/selection.ts';
import { defineUpgradeCommand } from './upgrade/upgrade-command.ts';
import { changeSelection } from './upgrade/upgrade-request.ts';

export default defineUpgradeCommand({
  name: 'add',
  summary: 'Adds blocks, with the blocks that they require.',
  arguments: 'BLOCK…',
  makeUpgradeRequest: ({ args }, saved, catalog) =>
    changeSelection(addBlocks(saved, args, catalog), saved, {
      label: 'add',
      subject: () => `Add ${args.join(', ')}`,
    }),
});
