import { generatorFor } from '../cli/yeoman.ts';

/** `yo nimble-ml:swap`: the same command as `nimble-ml swap`, behind Yeoman's door. */
export default generatorFor('swap');
