import { generatorFor } from '../cli/yeoman.ts';

/** `yo nimble-ml [folder]`: the same command as `nimble-ml new`, behind Yeoman's door. */
export default generatorFor('new');
