import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/blocks.ts';

/** `yo nimble-ml:blocks`: the same as `nimble-ml blocks`. */
export default generatorFor(command);
