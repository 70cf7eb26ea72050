import { generatorFor } from '../cli/yeoman.ts';

/** `yo nimble-ml:add`: the same command as `nimble-ml add`, behind Yeoman's door. */
export default generatorFor('add');
