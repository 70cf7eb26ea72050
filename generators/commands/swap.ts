import { swapBlocks } from '../engine/selection.ts';
import { defineUpgradeCommand } from './upgrade/upgrade-command.ts';
import { changeSelection } from './upgrade/upgrade-request.ts';

export default defineUpgradeCommand({
  name: 'swap',
  summary: 'Replaces the provider of a capability by another one.',
  arguments: 'CAPABILITY BLOCK',
  makeUpgradeRequest: ({ args: [capability = '', block = ''] }, saved, catalog) => {
    const { selection, from, to } = swapBlocks(saved, capability, block, catalog);
    return changeSelection(selection, saved, {
      label: 'swap',
      subject: () => `Swap ${from} for ${to}`,
    });
  },
});
