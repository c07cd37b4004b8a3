import os, torch, json, sys
out=os.environ['OUT']
import importlib.metadata as m
open(out+'/packages.txt','w').write('\n'.join(sorted(f"{d.metadata['Name']}=={d.version}" for d in m.distributions())))
import torch.nn as nn
def init(model):
    g=torch.Generator().manual_seed(1)
    with torch.no_grad():
        for n,p in list(model.named_parameters())+list(model.named_buffers()):
            if p.dtype.is_floating_point:
                if 'running_var' in n: p.copy_(0.5+torch.rand(p.shape,generator=g))
                elif p.dim()>1: p.copy_(torch.randn(p.shape,generator=g)/ (p[0].numel()**0.5))
                else: p.copy_(torch.randn(p.shape,generator=g)*0.1 + (1 if 'weight' in n else 0))
    return model.eval()
class Block(nn.Module):
    def __init__(s,i,o,st):
        super().__init__(); s.conv1=nn.Conv2d(i,o,3,st,1,bias=False); s.bn1=nn.BatchNorm2d(o); s.conv2=nn.Conv2d(o,o,3,1,1,bias=False); s.bn2=nn.BatchNorm2d(o); s.relu=nn.ReLU(inplace=True)
        s.downsample=nn.Sequential(nn.Conv2d(i,o,1,st,bias=False),nn.BatchNorm2d(o)) if st!=1 or i!=o else None
    def forward(s,x):
        y=s.bn2(s.conv2(s.relu(s.bn1(s.conv1(x))))); return s.relu(y+(x if s.downsample is None else s.downsample(x)))
class Net(nn.Module):
    def __init__(s,c=8,n=10):
        super().__init__(); s.conv1=nn.Conv2d(3,c,3,1,1,bias=False); s.bn1=nn.BatchNorm2d(c); s.layer1=nn.Sequential(Block(c,c,1)); s.layer2=nn.Sequential(Block(c,2*c,2),Block(2*c,2*c,1)); s.pool=nn.AdaptiveAvgPool2d(1); s.fc=nn.Linear(2*c,n)
    def forward(s,x): return s.fc(torch.flatten(s.pool(s.layer2(s.layer1(torch.relu(s.bn1(s.conv1(x)))))),1))
class Attn(nn.Module):
    def __init__(s,d=32,h=4):
        super().__init__(); s.h=h; s.qkv=nn.Linear(d,3*d); s.proj=nn.Linear(d,d)
    def forward(s,x):
        B,N,D=x.shape; q,k,v=s.qkv(x).reshape(B,N,3,s.h,D//s.h).permute(2,0,3,1,4).unbind(0)
        return s.proj(torch.nn.functional.scaled_dot_product_attention(q,k,v).transpose(1,2).reshape(B,N,D))
class VBlock(nn.Module):
    def __init__(s,d=32):
        super().__init__(); s.norm1=nn.LayerNorm(d,eps=1e-6); s.attn=Attn(d); s.norm2=nn.LayerNorm(d,eps=1e-6); s.mlp=nn.Sequential(nn.Linear(d,2*d),nn.GELU(),nn.Linear(2*d,d))
    def forward(s,x): x=x+s.attn(s.norm1(x)); return x+s.mlp(s.norm2(x))
class ViT(nn.Module):
    def __init__(s,d=32,n=10):
        super().__init__(); s.patch_embed=nn.Conv2d(3,d,8,8); s.cls_token=nn.Parameter(torch.zeros(1,1,d)); s.pos_embed=nn.Parameter(torch.zeros(1,17,d)); s.blocks=nn.Sequential(*[VBlock(d) for _ in range(2)]); s.norm=nn.LayerNorm(d,eps=1e-6); s.head=nn.Linear(d,n)
    def forward(s,x):
        x=s.patch_embed(x).flatten(2).transpose(1,2); x=torch.cat([s.cls_token.expand(x.shape[0],-1,-1),x],1)+s.pos_embed
        return s.head(s.norm(s.blocks(x))[:,0])
class Mobile(nn.Module):
    def __init__(s,c=8):
        super().__init__(); s.stem=nn.Sequential(nn.Conv2d(3,c,3,2,1,bias=False),nn.BatchNorm2d(c),nn.Hardswish()); s.dw=nn.Sequential(nn.Conv2d(c,c,3,1,1,groups=c,bias=False),nn.BatchNorm2d(c),nn.SiLU()); s.se=nn.Sequential(nn.AdaptiveAvgPool2d(1),nn.Conv2d(c,2,1),nn.ReLU(),nn.Conv2d(2,c,1),nn.Hardsigmoid()); s.head=nn.Conv2d(c,16,1); s.drop=nn.Dropout(0.2); s.fc=nn.Linear(16,5)
    def forward(s,x):
        x=s.stem(x); x=s.dw(x); x=x*s.se(x); x=torch.nn.functional.hardtanh(s.head(x),0,6); x=torch.nn.functional.max_pool2d(x,2); return s.fc(s.drop(x.mean((2,3))))
x=torch.rand(2,3,32,32,generator=torch.Generator().manual_seed(7))
res={}
nets=[('resnet',Net()),('vit',ViT()),('mobile',Mobile())]
try:
    import torchvision
    for n in ('resnet18','mobilenet_v3_small','convnext_tiny','swin_t','vit_b_16','efficientnet_b0','densenet121','regnet_y_400mf'):
        nets.append(('tv-'+n,getattr(torchvision.models,n)(weights=None)))
except Exception as e: print('no torchvision',e)
for name,net in nets:
    net=init(net); tv=name.startswith('tv-')
    xx=torch.rand(2,3,224,224,generator=torch.Generator().manual_seed(7)) if tv else x
    try:
        for dyn in (False,True):
            ep=torch.export.export(net,(xx,),dynamic_shapes=({0:torch.export.Dim('batch')},) if dyn else None)
            if tv:
                # the graph only: weights follow the formula and would fill the disk
                if dyn: open(f"{out}/{name}.graph.txt",'w').write(str(ep.graph))
                continue
            torch.export.save(ep,f"{out}/{name}{'-dynamic' if dyn else ''}.pt2")
            if dyn: torch.export.save(ep.run_decompositions(),f"{out}/{name}-decomposed.pt2")
    except Exception as e: print('export',name,repr(e)[:300])
    if not tv:
        res[name]=net(xx).detach().tolist()
        try: torch.onnx.export(net,(xx,),f"{out}/{name}.onnx",dynamo=True,dynamic_shapes=({0:torch.export.Dim('batch')},))
        except Exception as e: print('onnx',name,repr(e)[:200])
json.dump({'input_seed':7,'input':x.tolist(),'outputs':res},open(out+'/outputs.json','w'))
