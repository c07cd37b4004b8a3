using EasyExplain.Networks;
using EasyExplain.Networks.Operators;

namespace EasyExplain.Import.TorchScript;

// What torch.export writes and torch.jit does not: ATen's core, which its decompositions leave, and questions about sizes.
internal sealed partial class Aten
{
    private static readonly string[] Assertions =
        ["_assert_tensor_metadata", "_assert_scalar", "_assert_async", "sym_constrain_range", "sym_constrain_range_for_size"];

    private void AddExported()
    {
        foreach (string name in Assertions)
        {
            _functions[name] = _ => null;
        }
        _functions["sym_size"] = _functions["size"];
        _functions["sym_numel"] = _functions["numel"];
        _functions["lift_fresh_copy"] = _functions["clone"];
        _functions["_to_copy"] = call => Converted("to", call.Tensor(0), call);
        _functions["convert_element_type"] = call => call.Tensor(0); // of prims: between kinds of fractions
        _functions["native_dropout"] = call => call.Flag(2)
            ? throw new NotSupportedException("in training: the model must be exported after model.eval()")
            : WithUnused(call.Value(0), 1);
        // input, weight, bias, running_mean, running_var, momentum, eps
        _functions["_native_batch_norm_legit_no_training"] = call => WithUnused(BatchNorm(Batch(call, training: false, eps: 6)), 2);
        // … running_var, training, momentum, eps
        _functions["native_batch_norm"] = _functions["_native_batch_norm_legit"] = call =>
            WithUnused(BatchNorm(Batch(call, call.Flag(5), eps: 7)), 2);
        _functions["native_layer_norm"] = call => WithUnused((ModelValue)_functions["layer_norm"](call)!, 2);
        _functions["_fused_rms_norm"] = call => WithUnused((ModelValue)_functions["rms_norm"](call)!, 1);
        // input, weight, bias, N, C, H·W, groups, eps
        _functions["native_group_norm"] = call => WithUnused(Apply(
            new GroupNorm(call.Integer(6), WeightOrNull(call, 1), Bias(call.FixedOrNull(2)), call.Real(7, 1e-5)), call.Value(0)), 2);
        _functions["_adaptive_avg_pool2d"] = _functions["adaptive_avg_pool2d"];
        _functions["native_channel_shuffle"] = _functions["channel_shuffle"];
        _functions["_prelu_kernel"] = _functions["prelu"];
        _functions["_safe_softmax"] = _functions["softmax"];
        _functions["bitwise_and"] = _functions["__and__"];
        _functions["bitwise_or"] = _functions["__or__"];
        _functions["addcmul"] = call => Pair(Vocabulary.Add, call.Value(0), Pair(
            Vocabulary.Multiply, Pair(Vocabulary.Multiply, call.Value(1), call.Value(2)), new NumberValue(call.Real(3, 1, "value"))));
        _functions["var_mean"] = call => new object?[]
        {
            new ScriptTensor(Variance(call)),
            new ScriptTensor(Apply(new Mean(Dims(call), call.Flag(3, false, "keepdim")), call.Value(0))),
        };
        // query, key, value, dropout, is_causal
        _functions["_scaled_dot_product_flash_attention_for_cpu"] = _functions["_scaled_dot_product_flash_attention"] = call =>
            WithUnused(Attention(call, call.Named.GetValueOrDefault("attn_mask"), call[4]), 1);
        // query, key, value, mask, …, dropout, is_causal
        _functions["_scaled_dot_product_efficient_attention"] = call => WithUnused(Attention(call, call[3], call[6]), 3);
        Over("any", (dims, keep) => new Max(dims, keep));
        Over("all", (dims, keep) => new Min(dims, keep));

        // Yes or no, of what depends on the picture is 1 or 0.
        void Over(string name, Func<long[], bool, Operator> make) => Only(
            name, call => call[0] is not ScriptTensor { Content: PictureValue }, call => Reduced(call, make));
    }

    /// <summary>With so many results that nobody reads.</summary>
    private static object?[] WithUnused(ModelValue value, int count) =>
        [new ScriptTensor(value), .. Enumerable.Repeat<object?>(Unknown.Value, count)];

    /// <summary>The call as <c>batch_norm</c> has it.</summary>
    private static AtenCall Batch(AtenCall call, bool training, int eps) =>
        new("batch_norm", [call[0], call[1], call[2], call[3], call[4], training, null, call[eps]], call.Named);

    private ModelValue Attention(AtenCall call, object? mask, object? causal) => (ModelValue)_functions["scaled_dot_product_attention"](
        new AtenCall(call.Name, [call[0], call[1], call[2], mask, 0.0, causal], call.Named))!;
}
