import { generatorFor } from '../cli/yeoman.ts';

/** `yo nimble-ml:status`: the same command as `nimble-ml status`, behind Yeoman's door. */
export default generatorFor('status');
