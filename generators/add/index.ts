import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/add.ts';

/** `yo nimble-ml:add`: the same as `nimble-ml add`. */
export default generatorFor(command);
