import { generatorFor } from '../app/generator.ts';

/** `yo nimble-ml:phase`: the same command as `nimble-ml phase`, behind Yeoman's door. */
export default generatorFor('phase');
