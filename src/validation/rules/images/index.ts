import { imageNeeds } from './image-needs';
import { latestImage } from './latest-image';
import { secretBuildArgument } from './secret-build-argument';
import { unpinnedImage } from './unpinned-image';
import { unverifiedRegistry } from './unverified-registry';

/** Without `allowedRegistries`, which is made for a list. */
export const IMAGE_RULES = [latestImage, unpinnedImage, secretBuildArgument, unverifiedRegistry, imageNeeds];
