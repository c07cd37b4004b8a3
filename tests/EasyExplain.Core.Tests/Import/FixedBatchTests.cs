using EasyExplain.Import;
using EasyExplain.Models;

namespace EasyExplain.Tests.Import;

public class FixedBatchTests
{
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void AModelThatIsRefusedForAnyNumberOfPictures_IsFollowedOnce(bool isRefused, int times)
    {
        int followed = 0;
        Assert.Throws<ModelImportException>(() => FixedBatch.Import(Refuse, _ => { }, () => isRefused));
        Assert.Equal(times, followed);

        FollowedModel Refuse(bool one)
        {
            followed++;
            throw new ModelImportException(ModelFault.UnsupportedOperator, "It needs operators that are not known here.");
        }
    }
}
