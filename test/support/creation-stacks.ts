// cdktf notes the whole stack of calls for each token, and Jest maps each line of it to its source: that is most of what a test of a construct would take.
// No test of ours reads them.
(require('cdktf/lib/tokens/private/stack-trace') as { captureStackTrace: () => string[] }).captureStackTrace = () => [];
