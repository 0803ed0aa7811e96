// Each test loads the machine; two at once would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
