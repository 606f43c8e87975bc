using Xunit;

// Some tests count what all sessions together hold (slabs), and the simulation uses every core by itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
