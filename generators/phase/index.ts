import { generatorFor } from '../cli/yeoman.ts';

/** `yo nimble-ml:phase`: the same command as `nimble-ml phase`, behind Yeoman's door. */
export default generatorFor('phase');
