import { generatorFor } from '../cli/yeoman.ts';
import command from '../commands/swap.ts';

/** `yo nimble-ml:swap`: the same as `nimble-ml swap`. */
export default generatorFor(command);
