using Burrow.Core;
using Microsoft.Extensions.Logging;

namespace Burrow.Cli.Compose.Maps;

/// <summary>What all ends of a process share.</summary>
sealed record SessionEndContext(MapTable Maps, IOutbound Outbound, Chores Chores, TimeProvider Time, ILogger Logger, Repeats Repeats);
