import { generatorFor } from '../app/generator.ts';

/** `yo nimble-ml:update`: the same command as `nimble-ml update`, behind Yeoman's door. */
export default generatorFor('update');
