import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/update.ts';

/** `yo nimble-ml:update`: the same as `nimble-ml update`. */
export default generatorFor(command);
