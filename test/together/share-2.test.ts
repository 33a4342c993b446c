import { together } from '../support/together';

together(2, 4);
