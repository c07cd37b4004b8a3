using k8s;
using k8s.Models;

namespace EasyExplain.PowerShell.Tests;

/// <summary>
/// examples/kubernetes as an API server would read it: no field that Kubernetes does not know, each of its type, and the rules of Jobs that
/// the schema does not say. No cluster runs it here.
/// </summary>
public sealed class KubernetesExampleTests
{
    private static readonly V1Job Audit = Read<V1Job>("audit.yaml"), Merge = Read<V1Job>("merge.yaml");
    private static readonly V1ConfigMap Settings = Read<V1ConfigMap>("settings.yaml");

    [Theory]
    [InlineData("completions: 128", "completion: 128")]
    [InlineData("backoffLimitPerIndex: 6", "backoffLimitPerIndex: six")]
    [InlineData("  podFailurePolicy:", "podFailurePolicy:")]
    public void AFieldThatKubernetesDoesNotKnow_IsNotRead(string right, string wrong)
    {
        string text = Text("audit.yaml");

        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() =>
            KubernetesYaml.LoadAllFromString(text.Replace(right, wrong, StringComparison.Ordinal), strict: true));
    }

    /// <summary>The two numbers that have to be the same, and what an Indexed Job with rules for failures demands.</summary>
    [Fact]
    public void Audit_IsAnIndexedJob_OfAsManyShardsAsItsSettingsSay()
    {
        Assert.Equal("Indexed", Audit.Spec.CompletionMode);
        Assert.Equal(Settings.Data["JOB_COMPLETIONS"], Audit.Spec.Completions.ToString());
        Assert.InRange(Audit.Spec.Parallelism!.Value, 1, Audit.Spec.Completions!.Value);
        Assert.True(Audit.Spec.BackoffLimitPerIndex > 0);
        Assert.Equal("Never", Audit.Spec.Template.Spec.RestartPolicy);
        Assert.Equal("Failed", Audit.Spec.PodReplacementPolicy);
    }

    /// <summary>The first rule that fits decides; one without a rule is counted, and 0 is no failure.</summary>
    [Theory]
    [InlineData(2, false, "FailJob")]
    [InlineData(75, false, "Count")]
    [InlineData(137, false, null)]
    [InlineData(75, true, "Ignore")]
    [InlineData(2, true, "Ignore")]
    public void EachExitCode_HasItsRule(int code, bool disrupted, string? action) =>
        Assert.Equal(action, Audit.Spec.PodFailurePolicy.Rules.FirstOrDefault(rule =>
            rule.OnExitCodes?.Values.Contains(code) == true ||
            disrupted && rule.OnPodConditions?.Any(condition => condition is { Type: "DisruptionTarget", Status: "True" }) == true)?.Action);

    /// <summary>What a server refuses although the schema has it.</summary>
    [Fact]
    public void RulesForFailures_AreSuchAsAServerTakes()
    {
        foreach (V1Job job in new[] { Audit, Merge })
        {
            foreach (V1PodFailurePolicyRule rule in job.Spec.PodFailurePolicy.Rules)
            {
                Assert.Contains(rule.Action, new[] { "FailJob", "FailIndex", "Ignore", "Count" });
                Assert.True(rule.OnExitCodes is null != (rule.OnPodConditions is null)); // one of the two
                if (rule.OnExitCodes is { } codes)
                {
                    Assert.Contains(codes.ContainerName, job.Spec.Template.Spec.Containers.Select(container => container.Name));
                    Assert.Equal("In", codes.OperatorProperty);
                    Assert.DoesNotContain(0, codes.Values);
                    Assert.Equal(codes.Values.Distinct().Order(), codes.Values);
                }
            }
        }
    }

    /// <summary>What the standard "restricted" of Kubernetes demands, a root that is not written to, and limits.</summary>
    [Fact]
    public void Pods_AreRestricted()
    {
        foreach (V1PodSpec pod in new[] { Audit.Spec.Template.Spec, Merge.Spec.Template.Spec })
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.True(pod.SecurityContext.RunAsUser > 0);
            Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
            Assert.False(pod.AutomountServiceAccountToken);
            V1Container container = Assert.Single(pod.Containers);
            Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
            Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
            Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
            Assert.Equal(["cpu", "memory"], container.Resources.Limits.Keys.Order());
            Assert.Contains("/tmp", container.VolumeMounts.Select(mount => mount.MountPath)); // HOME and TMPDIR of the image
        }
    }

    /// <summary>Each name means something that is there.</summary>
    [Fact]
    public void Names_LeadSomewhere()
    {
        string[] claims = [.. KubernetesYaml.LoadAllFromString(Text("volumes.yaml"), strict: true)
            .Select(claim => ((V1PersistentVolumeClaim)claim).Metadata.Name)];
        foreach (V1PodSpec pod in new[] { Audit.Spec.Template.Spec, Merge.Spec.Template.Spec })
        {
            V1Container container = pod.Containers[0];
            Assert.Equal(Settings.Metadata.Name, Assert.Single(container.EnvFrom).ConfigMapRef.Name);
            foreach (string variable in container.Args.Where(word => word.StartsWith("$(", StringComparison.Ordinal)))
            {
                Assert.Contains(variable[2..^1], Settings.Data.Keys);
            }
            Assert.Equal(pod.Volumes.Select(volume => volume.Name).Order(), container.VolumeMounts.Select(mount => mount.Name).Order());
            foreach (V1Volume volume in pod.Volumes.Where(volume => volume.PersistentVolumeClaim is not null))
            {
                Assert.Contains(volume.PersistentVolumeClaim.ClaimName, claims);
            }
            foreach (string place in Settings.Data.Values.Where(value => value.StartsWith('/') && container.Args.Contains(
                "$(" + Settings.Data.First(pair => pair.Value == value).Key + ")")))
            {
                Assert.Contains(place, container.VolumeMounts.Select(mount => mount.MountPath));
            }
            string image = Text("Containerfile");
            Assert.Contains($"-t {container.Image} ", image, StringComparison.Ordinal);
            Assert.Contains($"USER {pod.SecurityContext.RunAsUser}:{pod.SecurityContext.RunAsGroup}\n", image, StringComparison.Ordinal);
        }
    }

    private static T Read<T>(string name) => (T)Assert.Single(KubernetesYaml.LoadAllFromString(Text(name), strict: true));

    private static string Text(string name) =>
        File.ReadAllText(Path.Combine(Repository.Root, "examples", "kubernetes", name)).ReplaceLineEndings("\n");
}
