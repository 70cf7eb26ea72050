import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/new.ts';

/** `yo nimble-ml`: the same as `nimble-ml new`. */
export default generatorFor(command);
