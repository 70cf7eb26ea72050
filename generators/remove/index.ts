import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/remove.ts';

/** `yo nimble-ml:remove`: the same as `nimble-ml remove`. */
export default generatorFor(command);
