import { generatorFor } from '../cli/yeoman.ts';

/** `yo nimble-ml:remove`: the same command as `nimble-ml remove`, behind Yeoman's door. */
export default generatorFor('remove');
