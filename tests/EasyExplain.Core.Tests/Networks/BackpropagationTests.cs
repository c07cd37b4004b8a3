using EasyExplain.Networks;
using EasyExplain.Networks.Operators;
using EasyExplain.Networks.Rewrites;
using TorchSharp;
using static TorchSharp.torch;

namespace EasyExplain.Tests.Networks;

/// <summary>The way back is the table's: other rules go another way, in as many steps as they like.</summary>
public sealed class BackpropagationTests
{
    // Layer-wise relevance propagation without a stabiliser: each input gets its share of what it contributed to.
    private static readonly OperatorTable<WayBack, IReadOnlyList<Node>> Relevance = new()
    {
        (Linear linear, WayBack r) => [Shared(linear, r)],
        (ReLU _, WayBack r) => [r.Incoming],
    };

    [Fact]
    public void AnotherTable_IsAnotherWayBack()
    {
        using DisposeScope scope = NewDisposeScope();
        var g = new NetworkBuilder(2, 2, 2);
        Node flat = g.Flatten(g.Input), hidden = g.ReLU(g.Linear("a", flat, 5, bias: false));
        using Network network = SmallNetwork.Fill(g.Build(g.Linear("b", hidden, 3, bias: false)));
        Tensor picture = SmallNetwork.Picture(count: 2).narrow(1, 0, 2).narrow(2, 0, 2).narrow(3, 0, 2);
        Pass pass = Executor.Run(network, picture, [flat], track: true);
        Tensor ofClass = tensor([0f, 1f, 0f]);
        // Of rectified layers without biases that is the input times the gradient (Ancona et al. 2018, arXiv 1711.06104, section 3).
        Tensor right = pass.Taps[0] * autograd.grad([(pass.Logits * ofClass).sum()], [pass.Taps[0]])[0];

        Backpropagation back = Backpropagation.From(Relevance, network, network.Output, [flat], network.Shapes(2, 2, 2))!;
        Node[] read = [.. back.Nodes.SelectMany(node => node.Inputs).Where(network.Nodes.Contains).Distinct()];
        var values = new Dictionary<Node, Tensor>(read.Zip(Executor.Run(network, picture, read, track: false).Taps, KeyValuePair.Create))
        {
            [back.Start] = pass.Logits.detach() * ofClass,
        };
        foreach (Node node in back.Nodes.Skip(1))
        {
            values[node] = node.Operator.Run([.. node.Inputs.Select(source => values[source])]);
        }
        Assert.True(right.abs().max().item<float>() > 0.1);
        Assert.True(right.allclose(values[back.Results[0]], rtol: 1e-4, atol: 1e-5));
    }

    [Fact]
    public void WithoutARule_ThereIsNoWay()
    {
        using Network network = SmallNetwork.Build();
        IReadOnlyDictionary<Node, long[]> shapes = network.Shapes(3, SmallNetwork.Size, SmallNetwork.Size);
        Node pooled = network.Find("avgpool")!.Node;
        Assert.NotNull(Backpropagation.From(GradientRules.Table, network, network.Output, [pooled], shapes));
        Assert.Null(Backpropagation.From(Relevance, network, network.Output, [pooled], shapes)); // none for what flattens
    }

    private static Node Shared(Linear linear, WayBack r)
    {
        Node perOutput = r.Then(new Divide(), r.Output), perInput = new(new LinearTranspose(linear.Weight), [perOutput], "");
        return new Node(new Multiply(), [perInput, r.Input], "");
    }
}
