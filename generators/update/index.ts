import { generatorFor } from '../cli/yeoman.ts';

/** `yo nimble-ml:update`: the same command as `nimble-ml update`, behind Yeoman's door. */
export default generatorFor('update');
