import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/status.ts';

/** `yo nimble-ml:status`: the same as `nimble-ml status`. */
export default generatorFor(command);
