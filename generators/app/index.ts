import { generatorFor } from './generator.ts';

/** `yo nimble-ml [folder]`: the same command as `nimble-ml new`, behind Yeoman's door. */
export default generatorFor('new');
