import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/phase.ts';

/** `yo nimble-ml:phase`: the same as `nimble-ml phase`. */
export default generatorFor(command);
