import { latestImage } from './latest-image';
import { secretBuildArgument } from './secret-build-argument';
import { unpinnedImage } from './unpinned-image';

/** Without `allowedRegistries`, which is made for a list. */
export const IMAGE_RULES = [latestImage, unpinnedImage, secretBuildArgument];
